/** The texts that nobody may read: a message of somebody else's rule that holds one is withheld. */
export class SecretTexts {
  private readonly texts = new Set<string>()

  add(value: unknown): void {
    if (['string', 'number', 'bigint'].includes(typeof value) && value !== '') this.texts.add(String(value))
    else if (Array.isArray(value)) for (const item of value) this.add(item)
  }

  /** The message, or what stands in its place. */
  without(message: string): string {
    for (const text of this.texts) {
      if (message.includes(text)) return 'why is withheld, since it quotes a secret'
    }
    return message
  }
}
