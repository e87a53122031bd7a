import { SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'

export interface Permission {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly verb: 'get' | 'list' | 'watch' | 'patch' | 'delete' | 'create'
  readonly name?: string
  /** Of the cluster: of what is in no namespace. Default: of the namespace. */
  readonly isOfCluster?: true
  /** Without it every run is refused, or one that may scale; or nobody is. */
  readonly need: 'always' | 'scaling' | 'never'
}

const resourceOf = (target: ClusterTarget): string => (target.workload.kind === 'deployment' ? 'deployments' : 'statefulsets')

/** What can be part of a run, beyond what always is. */
export interface RunParts {
  readonly scales: boolean
  readonly drainsNodes: boolean
}

/** Everything a run does in the cluster, and nothing that it does not. All of it is inside the namespace, but for nodes where they are to be drained. */
export function permissionsFor(target: ClusterTarget, { scales, drainsNodes }: RunParts): readonly Permission[] {
  const always = alwaysFor(target, drainsNodes).map((one) => ({ ...one, need: 'always' as const }))
  if (!scales) return always
  return [
    ...always,
    // A StatefulSet needs no word of who goes.
    ...(target.workload.kind === 'deployment' ? [{ group: '', resource: 'pods', verb: 'patch', need: 'scaling' } as const] : []),
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verb: 'list', need: 'never' },
  ]
}

function alwaysFor(target: ClusterTarget, drainsNodes: boolean): readonly Omit<Permission, 'need'>[] {
  const workload = { group: 'apps', resource: resourceOf(target), name: target.workload.name }
  return [
    { ...workload, verb: 'get' },
    { ...workload, verb: 'patch' },
    { group: '', resource: 'services', name: target.service, verb: 'get' },
    { group: '', resource: 'pods', verb: 'list' },
    { group: '', resource: 'pods', verb: 'watch' },
    { group: '', resource: 'pods', verb: 'delete' },
    { group: '', resource: 'pods', subresource: 'eviction', verb: 'create' },
    { group: '', resource: 'pods', subresource: 'log', verb: 'get' },
    { group: 'discovery.k8s.io', resource: 'endpointslices', verb: 'list' },
    { group: 'discovery.k8s.io', resource: 'endpointslices', verb: 'watch' },
    { group: 'policy', resource: 'poddisruptionbudgets', verb: 'list' },
    { group: '', resource: 'events', verb: 'list' },
    ...(drainsNodes ? (['get', 'list', 'patch'] as const).map((verb) => ({ group: '', resource: 'nodes', verb, isOfCluster: true }) as const) : []),
  ]
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean }
}

export interface Needed extends RunParts {
  readonly need: Permission['need']
}

/** Asks the cluster about each permission that is needed for this. Resolves to the missing ones. */
export async function missingPermissions(api: ApiClient, target: ClusterTarget, { need, ...parts }: Needed): Promise<readonly Permission[]> {
  const asked = await Promise.all(
    permissionsFor(target, parts).filter((one) => one.need === need).map(async (permission) => {
      const { group, resource, subresource, verb, name, isOfCluster } = permission
      const resourceAttributes = { ...(isOfCluster === true ? {} : { namespace: target.namespace }), group, resource, verb, ...(subresource === undefined ? {} : { subresource }), ...(name === undefined ? {} : { name }) }
      const review = await api.request<AccessReview>({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
        doing: `asking whether it is allowed to ${textOf(permission)}`,
      })
      return review.status?.allowed === true ? [] : [permission]
    }),
  )
  return asked.flat()
}

/** Throws SW_CLUSTER_PERMISSIONS that names all that is missing, with the smallest Role as its hint, and the ClusterRole where one is needed. */
export async function requirePermissions(api: ApiClient, target: ClusterTarget, needed: Needed): Promise<void> {
  const missing = await missingPermissions(api, target, needed)
  if (missing.length === 0) return
  throw new SeaworthyError('SW_CLUSTER_PERMISSIONS', `while looking at what is allowed in the namespace ${target.namespace} (${api.access.origin}): not allowed to ${missing.map(textOf).join('; ')}. Nothing was touched`, {
    hint: `${needed.drainsNodes ? 'This Role and this ClusterRole are' : 'This Role is'} all a run needs, bound to whom the kubeconfig logs in as:\n${rolesText(target, needed)}`,
  })
}

export const textOf = ({ group, resource, subresource, verb, name, isOfCluster }: Permission): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}${name === undefined ? '' : ` "${name}"`}${isOfCluster === true ? ' of the cluster' : ''}`

interface Rule {
  readonly group: string
  readonly resource: string
  readonly name?: string | undefined
  readonly verbs: string[]
}

/** The smallest Role, as YAML to apply. */
export const roleText = (target: ClusterTarget, parts: RunParts): string =>
  rulesText(permissionsFor(target, parts).filter(({ isOfCluster }) => isOfCluster !== true), `kind: Role\nmetadata: { name: seaworthy, namespace: ${target.namespace} }`)

/** With the smallest ClusterRole where one is needed. */
export function rolesText(target: ClusterTarget, parts: RunParts): string {
  const ofCluster = permissionsFor(target, parts).filter(({ isOfCluster }) => isOfCluster === true)
  return [roleText(target, parts), ...(ofCluster.length === 0 ? [] : [rulesText(ofCluster, 'kind: ClusterRole\nmetadata: { name: seaworthy-nodes }')])].join('\n---\n')
}

function rulesText(permissions: readonly Permission[], head: string): string {
  const rules: Rule[] = []
  for (const { group, resource, subresource, verb, name } of permissions) {
    const full = subresource === undefined ? resource : `${resource}/${subresource}`
    const known = rules.find((rule) => rule.group === group && rule.resource === full && rule.name === name)
    if (known === undefined) rules.push({ group, resource: full, name, verbs: [verb] })
    else known.verbs.push(verb)
  }
  const lines = rules.map(({ group, resource, name, verbs }) => `  - { apiGroups: ['${group}'], resources: [${resource}], ${name === undefined ? '' : `resourceNames: [${name}], `}verbs: [${verbs.join(', ')}] }`)
  return ['apiVersion: rbac.authorization.k8s.io/v1', head, 'rules:', ...lines].join('\n')
}
