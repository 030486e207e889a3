import type { DependencyContainer } from 'tsyringe'

/**
 * What has been made, by name or by token's key: tsyringe, wrapped so strictly that none of its faults comes through.
 *
 * - It is loaded when the first container is opened, not when this module is imported: it writes to `Reflect` and globals.
 * - A root stands alone: tsyringe's global container, and what the host registered there, is not seen.
 * - Only instances under our own keys are resolved, so no class is ever constructed by guessing.
 * - It is never asked to dispose of anything: lifecycle is the kernel's.
 */
export class Container {
  readonly #container: DependencyContainer

  private constructor(container: DependencyContainer) {
    this.#container = container
  }

  static async open(): Promise<Container> {
    // tsyringe throws when it is imported before reflect-metadata.
    await import('reflect-metadata')
    const { container } = await import('tsyringe')
    const Root = container.constructor as new () => DependencyContainer
    return new Container(new Root())
  }

  /** Opens a container that sees this one's instances; what is set in it stays in it. */
  child(): Container {
    return new Container(this.#container.createChildContainer())
  }

  set(key: string | symbol, instance: unknown): void {
    // A holder keeps tsyringe from taking an undefined or a function for something else than an instance.
    this.#container.register(key, { useValue: { instance } })
  }

  /** Whether it was set here, and not in a parent. */
  hasOwn(key: string | symbol): boolean {
    return this.#container.isRegistered(key)
  }

  /** What was set here, or else in a parent; to be asked only for what was. */
  get(key: string | symbol): unknown {
    return this.#container.resolve<{ instance: unknown }>(key).instance
  }
}
