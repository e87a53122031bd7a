import type { Component } from '../../core/service-descriptor.js'

/** What an image is known to be; `undefined` role and kind `service`: nothing is known, it may be the service itself. */
export type ImageKind =
  | { readonly kind: 'proxy' | 'tool' | 'service' }
  | { readonly kind: 'component'; readonly role: Component['role']; /** Of the image, where it exposes several or is always the same. */ readonly port?: number }

/** Words in the name of an image, and what they stand for. Ports as the images have them by default. */
const components: readonly (readonly [RegExp, Component['role'], number?])[] = [
  [/^(postgres|postgresql|postgis|timescaledb|pgvector)$/, 'db-primary', 5_432],
  [/^(mysql|mariadb|percona)$/, 'db-primary', 3_306],
  [/^(mongo|mongodb)$/, 'db-primary', 27_017],
  [/^(cockroach|cockroachdb|mssql)$/, 'db-primary'],
  [/^(redis|valkey|keydb|dragonfly)$/, 'cache', 6_379],
  [/^memcached$/, 'cache', 11_211],
  [/^rabbitmq$/, 'queue', 5_672],
  [/^nats$/, 'queue', 4_222],
  [/^(kafka|redpanda)$/, 'queue', 9_092],
  [/^(activemq|artemis|pulsar)$/, 'queue'],
  [/^minio$/, 'storage', 9_000],
  [/^(seaweedfs|azurite)$/, 'storage'],
]
const proxies = /^(nginx|haproxy|traefik|caddy|envoy|openresty)$/
/** By the name of the service, where its image is built and says nothing. */
const proxyNames = /^(proxy|balancer|loadbalancer|lb)$/
/** What watches or administers the others, and answers no client of the service. */
const tools = /^(exporter|prometheus|grafana|jaeger|zipkin|loki|promtail|otel|opentelemetry|cadvisor|watchtower|autoheal|portainer|adminer|phpmyadmin|pgadmin\d*|redisinsight|mailhog|mailpit|certbot|(mongo-express|redis-commander|kafka-ui))$/
const copies = /(^|[-_.\d])(replica|standby|secondary|slave|follower)([-_.\d]|$)/

/** A guess from the name of the image; from that of the service where the image is built from a folder. */
export function imageKind({ image, name }: { readonly image?: string; readonly name: string }): ImageKind {
  // registry:5000/team/nginx:1.27@sha256:... -> nginx
  const last = (image ?? name).replace(/@.*$/, '').split('/').at(-1)?.split(':')[0]?.toLowerCase() ?? ''
  const words = [last, ...last.split(/[-_.]/), ...(image?.includes('/mssql/') === true ? ['mssql'] : [])]
  if (image !== undefined && words.some((word) => tools.test(word))) return { kind: 'tool' }
  const [, role, port] = components.find(([pattern]) => words.some((word) => pattern.test(word))) ?? []
  if (role !== undefined) return { kind: 'component', role: role === 'db-primary' && copies.test(name) ? 'db-replica' : role, ...(port === undefined ? {} : { port }) }
  return { kind: words.some((word) => proxies.test(word)) || proxyNames.test(name) ? 'proxy' : 'service' }
}
