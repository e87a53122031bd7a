import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { OrderedShell } from '../docker/ordered-shell.js'
import { chainPrefix, chains, jumpRules } from './redirect-rules.js'
import type { Engine } from './stack-services.js'

/** A running container: its id, and its process on the machine of the engine. */
export interface Namespace {
  readonly id: string
  readonly pid: number
}

/** What stands for the end of a line of rules in an order. */
const lineEnd = '~'

const ofEachChain = Object.entries(chains).flatMap(([table, of]) => of.map((chain) => `${table}:${chain}`)).join(' ')
/** Runs among the programs of the engine's machine: it has what the engine itself needs, an image need not. `$1`: the process, `$2`: what to do, `$3`: its container, `$4`: more. */
const onTheMachine = `PATH=$PATH:/usr/sbin:/sbin
inside() { nsenter -t "$pid" -n "$@"; }
clear() {
  rules=$(inside iptables-save) || { echo "failed iptables-save"; return; }
  case "$rules" in *${chainPrefix}*) ;; *) echo done; return;; esac
  for one in ${ofEachChain}; do
    while inside iptables -w 5 -t "\${one%%:*}" -D "\${one##*:}" -j "${chainPrefix}\${one##*:}"; do :; done
    inside iptables -w 5 -t "\${one%%:*}" -F "${chainPrefix}\${one##*:}"
    inside iptables -w 5 -t "\${one%%:*}" -X "${chainPrefix}\${one##*:}"
  done 2>/dev/null
  rules=$(inside iptables-save) || { echo "failed iptables-save"; return; }
  case "$rules" in *${chainPrefix}*) echo "failed chains are left";; *) echo done;; esac
}
put() { said=$(tr "${lineEnd}" "\\n" | inside iptables-restore --noflush -w 5 2>&1) && echo done || echo "failed $said" | tr "\\n" " "; }
# Whether what listens on the machine is reached from there: a firewall may say no, and a namespace may forward nothing.
reach() {
  [ "$(inside cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || { echo "failed net.ipv4.ip_forward is not 1"; return; }
  inside timeout 3 bash -c ": < /dev/tcp/$1/$2" 2>/dev/null && echo done || echo "failed $1 is not reached, which a firewall of the machine may forbid"
}
pid=$1
# Another engine on the machine may have processes of the same number.
case $2 in look) ;; *) grep -q "$3" "/proc/$pid/cgroup" 2>/dev/null || { echo gone; exit; };; esac
case $2 in
  reach) reach $4;;
  look) for one in nsenter iptables iptables-save iptables-restore bash grep timeout tr; do command -v $one >/dev/null || echo "the machine of the engine without $one"; done;;
  clear) clear;;
  # What a run that died may have left is not added to.
  anew) said=$(clear); case $said in done) put;; *) echo "$said";; esac;;
  *) put;;
esac`

/**
 * Where the engine runs is what it needs: it uses iptables itself. A process that is not in its container any more is nobody's namespace to change.
 */
const script = `
PATH=$PATH:/usr/sbin:/sbin
belongs() { while read -r line; do case "$line" in *"$2"*) return 0;; esac; done < "/proc/$1/cgroup"; return 1; } 2>/dev/null
engine=
for one in /proc/[0-9]*; do
  read -r name < $one/comm && [ "$name" = dockerd ] && [ $one/ns/pid -ef /proc/self/ns/pid ] || continue
  number=\${one#/proc/}
  [ -z "$engine" ] || [ "$number" -lt "$engine" ] && engine=$number
done 2>/dev/null
engine=\${engine:-1}
machine() { chroot /proc/$engine/root /bin/sh -c '${onTheMachine.replaceAll("'", `'"'"'`)}' sh "$@"; }
echo "ready $(machine 1 look 2>&1)"
while read -r id action pair rules; do
  if belongs "\${pair%%:*}" "\${pair##*:}"; then echo "$id $(printf '%s' "$rules" | machine "\${pair%%:*}" "$action" "\${pair##*:}" "$rules" 2>/dev/null)"; else echo "$id gone"; fi
done`

const hint = 'A helper of ours with the image of the replicas changes what comes to a component: it needs chroot in that image, nsenter, iptables and bash on the machine of the engine, and an engine that gives it SYS_ADMIN, SYS_CHROOT, SYS_PTRACE and NET_ADMIN in the process namespace of its machine.'

/** Puts rules for packets into the network namespaces of containers, and takes them out. They are gone with the container in any case. */
export class NamespaceRules {
  readonly #known = new Set<string>()

  private constructor(private readonly helper: OrderedShell) {}

  /** Throws SW_FAULT_PROXIES. */
  static async start(docker: Engine, { name, image, labels }: { readonly name: string; readonly image: string; readonly labels: Readonly<Record<string, string>> }): Promise<NamespaceRules> {
    try {
      return new NamespaceRules(await OrderedShell.start(docker, {
        name,
        image,
        script,
        labels,
        hostConfig: { NetworkMode: 'none', PidMode: 'host', CapDrop: ['ALL'], CapAdd: ['SYS_ADMIN', 'SYS_CHROOT', 'SYS_PTRACE', 'NET_ADMIN'], SecurityOpt: ['apparmor=unconfined'] },
      }, 'starting the helper that leads connections to the fault proxies'))
    } catch (error) {
      throw new SeaworthyError('SW_FAULT_PROXIES', error instanceof Error ? error.message : String(error), { exitCode: exitCodes.notConclusive, hint, cause: error })
    }
  }

  /** In place of what was put there before. Resolves to false when the container has ended. Throws SW_FAULT_PROXIES. */
  async put(namespace: Namespace, rules: readonly string[]): Promise<boolean> {
    if (this.#known.has(namespace.id)) return this.#order('put', namespace, rules)
    const isThere = await this.#order('anew', namespace, [...jumpRules(), ...rules])
    if (isThere) this.#known.add(namespace.id)
    return isThere
  }

  /** Throws SW_FAULT_PROXIES where this address of the machine is not reached from there. Resolves to whether the container is there still. Changes nothing. */
  async reach(namespace: Namespace, { host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
    const said = await this.helper.ask(`reach ${namespace.pid}:${namespace.id} ${host} ${port}`)
    if (said === 'done') return true
    if (said === 'gone') return false
    throw refusal(namespace, 'reach', said)
  }

  /** Takes all of ours out. As `put`. */
  clear(namespace: Namespace): Promise<boolean> {
    return this.#order('clear', namespace)
  }

  close(): Promise<void> {
    return this.helper.close()
  }

  async #order(action: 'clear' | 'anew' | 'put', { id, pid }: Namespace, rules: readonly string[] = []): Promise<boolean> {
    const said = await this.helper.ask(`${action} ${pid}:${id} ${rules.map((one) => `${one}${lineEnd}`).join('')}`)
    if (said === 'done') return true
    if (said === 'gone') return false
    throw refusal({ id }, action, said)
  }
}

const refusal = ({ id }: Pick<Namespace, 'id'>, action: string, said: string): SeaworthyError =>
  new SeaworthyError('SW_FAULT_PROXIES', `while leading connections of the container ${id.slice(0, 12)} to the fault proxies (${action}): found ${said === '' ? 'no answer' : said}`, { exitCode: exitCodes.notConclusive, hint })
