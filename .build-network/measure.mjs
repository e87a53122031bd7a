import { LoadBalancer } from './drivers/network/load-balancer.js'
import { setTimeout as wait } from 'node:timers/promises'
const b = await LoadBalancer.start({ intervalMs: 200, timeoutMs: 1000, rise: 1, fall: 3, readinessPath: '/' }, (e) => console.log(e.name, e.backend, e.reason))
b.setBackends(process.argv.slice(2).map((p, i) => ({ id: 'b' + i, host: '127.0.0.1', port: +p })))
await wait(500)
console.log('URL', b.url.port)
process.on('SIGTERM', () => { console.log(b.counters(), process.cpuUsage()); process.exit() })
