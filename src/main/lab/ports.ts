/** Which of these ports of a loopback address are taken by some other program. */
import { createServer } from 'node:net'

export async function portsTaken(host: string, ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map((port) => isFree(host, port)))
  return ports.filter((_, index) => free[index] === false)
}

async function isFree(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
