import type { StepDefinition, WorkflowDefinition } from './definition.js'

/** How each kind of step is drawn: its brackets. */
const forms: Readonly<Record<StepDefinition['kind'], readonly [string, string]>> = {
  step: ['[', ']'],
  compute: ['[/', '/]'],
  map: ['[[', ']]'],
  loop: ['[[', ']]'],
  workflow: ['[[', ']]'],
  plan: ['{{', '}}'],
  wait: ['([', '])'],
  sleep: ['([', '])'],
}

/** The graph as a Mermaid flowchart: what a step can do without is drawn dotted. */
export function toMermaid({ graph, output }: WorkflowDefinition): string {
  const lines = ['flowchart TD', '  input((input))', '  output((output))']
  // Names may hold both - and _, and no two of them may become one.
  const id = (name: string) => `s_${name.replaceAll('_', '__').replaceAll('-', '_m')}`
  for (const step of graph.nodes) {
    const [open, close] = forms[step.kind]
    lines.push(`  ${id(step.name)}${open}"${labelOf(step)}"${close}`)
    if (step.after.length === 0) lines.push(`  input --> ${id(step.name)}`)
    for (const { name, isSoft } of step.after) lines.push(`  ${id(name)} ${isSoft ? '-.->' : '-->'} ${id(step.name)}`)
  }
  const ends = output.after ?? graph.nodes.flatMap(({ name }, index) => endOf(name, graph.dependents[index]))
  for (const { name, isSoft } of ends) lines.push(`  ${id(name)} ${isSoft ? '-.->' : '-->'} output`)
  return `${lines.join('\n')}\n`
}

function endOf(name: string, dependents: readonly number[] = []) {
  return dependents.length === 0 ? [{ name, isSoft: true }] : []
}

function labelOf(step: StepDefinition): string {
  const notes = [detailOf(step), step.isOptional && 'optional', step.when !== undefined && 'when'].filter(Boolean)
  return [step.name, ...notes]
    .map((part) =>
      String(part)
        .replaceAll('"', '#quot;')
        .replace(/[\r\n]+/g, ' '),
    )
    .join('<br/>')
}

function detailOf(step: StepDefinition): string {
  switch (step.kind) {
    case 'step':
      return `${step.operation.agent}.${step.operation.name}`
    case 'workflow':
      return step.nested.name
    case 'loop':
      return 'graph' in step.body ? `repeats ${step.body.name}` : `repeats ${step.body.agent}.${step.body.name}`
    case 'wait':
      return `waits for ${step.signal.name}`
    case 'map':
      return step.operations.length === 1 ? `each: ${step.operations[0]?.agent}.${step.operations[0]?.name}` : 'each'
    case 'compute':
    case 'plan':
    case 'sleep':
      return step.kind
  }
}
