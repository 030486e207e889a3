/** A problem that the user can solve: its message says what is wrong and what to do, and no stack is printed. */
export class Refusal extends Error {}
