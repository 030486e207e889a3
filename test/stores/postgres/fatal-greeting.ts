import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** That the server is ready after its greeting, as it says it: with nothing to roll back. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
const fields = ['SFATAL', 'C57P01', 'Mterminating connection due to administrator command'].map((text) => `${text}\0`)

/** That it ends the connection, as the server says it. */
function farewell(): Buffer {
  const body = Buffer.from(`${fields.join('')}\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** A way to a server on which so many connections are ended in one breath with their greeting. */
export async function fatalGreetings(to: URL, count: number): Promise<{ url: string } & AsyncDisposable> {
  let left = count
  const listening = createServer((client) => {
    const server = connect(Number(to.port), to.hostname)
    client.on('error', () => {}).on('close', () => server.destroy())
    server.on('error', () => {}).on('close', () => client.destroy())
    client.pipe(server)
    server.on('data', (chunk) => {
      if (left === 0 || !chunk.subarray(-ready.length).equals(ready)) return void client.write(chunk)
      left--
      client.end(Buffer.concat([chunk, farewell()]))
    })
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const url = new URL(to)
  url.port = String((listening.address() as AddressInfo).port)
  return { url: url.href, [Symbol.asyncDispose]: async () => void listening.close() }
}
