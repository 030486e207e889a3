/** A member of anything, also of what throws when it is read: then it is what stands in its place. */
export function readMember(value: unknown, name: PropertyKey, unreadable?: unknown): unknown {
  try {
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[name]
  } catch {
    return unreadable
  }
}
