import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A balancer that operators use, in front of the same backends; in the foreground, so that it ends with us. */
export interface OtherBalancer extends AsyncDisposable {
  readonly url: URL
}
export const otherBalancers = ['haproxy', 'nginx'] as const
export type OtherBalancerName = (typeof otherBalancers)[number]

export const isInstalled = (name: OtherBalancerName): boolean => spawnSync(name, ['-v'], { stdio: 'ignore' }).error === undefined

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

const configurations: Readonly<Record<OtherBalancerName, (port: number, backends: readonly URL[], folder: string) => string>> = {
  haproxy: (port, backends) => `global
  nbthread 1
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
frontend clients
  bind 127.0.0.1:${port}
  default_backend echoes
backend echoes
  balance roundrobin
  http-reuse always
${backends.map((url, index) => `  server echo-${index} ${url.host}`).join('\n')}
`,
  nginx: (port, backends, folder) => `daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'nginx-error.log')};
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream echoes { ${backends.map((url) => `server ${url.host};`).join(' ')} keepalive 64; }
  server { listen 127.0.0.1:${port}; keepalive_requests 10000000; location / { proxy_pass http://echoes; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
`,
}

export async function startOtherBalancer(name: OtherBalancerName, backends: readonly URL[], folder: string): Promise<OtherBalancer> {
  const port = await freePort()
  const file = join(folder, `${name}.conf`)
  writeFileSync(file, configurations[name](port, backends, folder))
  const words = name === 'haproxy' ? ['-db', '-f', file] : ['-p', folder, '-e', join(folder, 'nginx-error.log'), '-c', file]
  const child = spawn(name, words, { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
