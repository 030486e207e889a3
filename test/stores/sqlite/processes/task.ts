/** What a child process is to do. */
export interface Task {
  readonly does: 'work' | 'rehearse' | 'stick' | 'recover' | 'lock' | 'migrate' | 'alter'
  readonly file: string
  /** The file in which steps leave a line each. */
  readonly effects?: string
  /** What the ids of its runs begin with. */
  readonly name?: string
  readonly count?: number
}
