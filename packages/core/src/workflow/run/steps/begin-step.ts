import type { BeginStep } from '../frame.js'
import { ComputeRun } from './compute-step.js'
import { LoopRun } from './loop-step.js'
import { MapRun } from './map-step.js'
import { NestedRun } from './nested-step.js'
import { OperationTask } from './operation-step.js'
import { PlanRun } from './plan-step.js'
import { WaitRun } from './wait-step.js'

/** Begins a step, as its kind is done. */
export const beginStep: BeginStep = (frame, place, step) => {
  switch (step.kind) {
    case 'step':
      return new OperationTask(frame, place, step).begin()
    case 'compute':
      return new ComputeRun(frame, place, step).begin()
    case 'map':
      return new MapRun(frame, place, step).begin()
    case 'loop':
      return new LoopRun(frame, place, step).begin()
    case 'workflow':
      return new NestedRun(frame, place, step).begin()
    case 'plan':
      return new PlanRun(frame, place, step).begin()
    case 'wait':
    case 'sleep':
      return new WaitRun(frame, place, step).begin()
  }
}
