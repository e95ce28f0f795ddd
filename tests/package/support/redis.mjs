// A real Redis for one test, on a socket of its own: no port, no file, no trace.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'

/** Runs `act` with the path of a server's socket, and ends the server afterwards. `act` ends its clients itself. */
export async function withRedis(act) {
  const home = await mkdtemp(join(tmpdir(), 'countersign-redis-'))
  const socket = join(home, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
  const server = spawn(process.env.REDIS_PATH ?? 'redis-server', [...options, '--dir', home])
  try {
    const missing = once(server, 'error').then(([error]) => {
      throw new Error('There is no redis-server: run cargo xtask setup.', { cause: error })
    })
    const ready = new Promise((resolve) => {
      server.stdout.on('data', (text) => {
        if (`${text}`.includes('ready to accept connections')) resolve()
      })
    })
    await Promise.race([ready, missing])
    await act(socket)
  } finally {
    server.kill()
    await rm(home, { recursive: true, force: true })
  }
}
