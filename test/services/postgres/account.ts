import { existsSync, readFileSync } from 'node:fs'

/** Whom a program is run as. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Whom the server has to be run as: PostgreSQL refuses to run as root, and everybody else runs it as who they are. */
export function serverAccount(): Account | undefined {
  if (process.geteuid?.() !== 0) return undefined
  const lines = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : []
  const accounts = lines
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
  const found = ['postgres', '_postgres', 'nobody'].map((name) =>
    accounts.find((each) => each.name === name && each.uid !== 0),
  )
  return found.find((each) => each !== undefined) ?? { name: 'uid 65534', uid: 65534, gid: 65534 }
}
