// Healthy: the program of this container accepts connections, or, where a path is given, answers 200 there.
import { get } from 'node:http'
import { connect } from 'node:net'

const [, , path] = process.argv
const port = Number(process.env.PORT)
const timeoutMs = 2_000
setTimeout(() => process.exit(1), timeoutMs)
if (path === undefined) {
  connect({ host: '127.0.0.1', port }, () => process.exit(0)).once('error', () => process.exit(1))
} else {
  get({ host: '127.0.0.1', port, path }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).once('error', () => process.exit(1))
}
