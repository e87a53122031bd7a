// Healthy: the program of this container accepts connections.
import { connect } from 'node:net'

const socket = connect({ host: '127.0.0.1', port: Number(process.env.PORT) }, () => process.exit(0))
socket.once('error', () => process.exit(1))
socket.setTimeout(2_000, () => process.exit(1))
