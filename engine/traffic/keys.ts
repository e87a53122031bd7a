/** The value that belongs to a key, so that an answer can be judged without remembering what was written. */
export function valueOf(key: string): string {
  return `value-${fnv1a(key, 0x811c9dc5)}${fnv1a(key, 0x9747b28c)}`
}

function fnv1a(text: string, basis: number): string {
  let hash = basis
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

const knownMax = 10_000

export interface KeyStoreOptions {
  readonly runKey: string
  /** How long after its acknowledgement a key may still be missing in an ordinary read. */
  readonly visibleAfterMs: number
  readonly random: () => number
}

/** Makes keys, and knows which were attempted and which can be read. */
export class KeyStore {
  readonly #options: KeyStoreOptions
  /** Whether a write of the key was acknowledged. */
  readonly #attempted = new Map<string, boolean>()
  readonly #waiting: { readonly key: string; readonly visibleAtMs: number }[] = []
  readonly #known: string[] = []
  #made = 0
  #replaceAt = 0

  constructor(options: KeyStoreOptions) {
    this.#options = options
  }

  /** `sw-<run>-<load>-<n>`, never the same twice. */
  newKey(load: string): string {
    this.#made += 1
    return `sw-${this.#options.runKey}-${load.replace(/[^A-Za-z0-9-]/g, '-')}-${this.#made}`
  }

  /** A write of this key is about to be sent; from now on it may exist. */
  attempted(key: string): void {
    if (!this.#attempted.has(key)) this.#attempted.set(key, false)
  }

  acknowledged(key: string, atMs: number): void {
    this.#attempted.set(key, true)
    this.#waiting.push({ key, visibleAtMs: atMs + this.#options.visibleAfterMs })
    if (this.#waiting.length > knownMax * 2) this.#admit(atMs)
  }

  /** Everything acknowledged so far was seen in ordinary reads: it is known from now on. */
  admitAll(): void {
    this.#admit(Infinity)
  }

  /** A key that every ordinary read must find by now, or undefined. */
  known(atMs: number): string | undefined {
    this.#admit(atMs)
    return this.#known[Math.floor(this.#options.random() * this.#known.length)]
  }

  knownCount(atMs: number): number {
    this.#admit(atMs)
    return this.#known.length
  }

  attemptedKeys(): readonly string[] {
    return [...this.#attempted.keys()]
  }

  /** Keys of the same form as the last one whose write was attempted, which nobody ever writes. */
  neverWritten(count: number): readonly string[] {
    const last = this.attemptedKeys().at(-1)
    const prefix = /^(sw-.*-)\d+$/.exec(last ?? '')?.[1]
    return Array.from({ length: count }, () => (prefix === undefined ? this.newKey('scenario') : `${prefix}${(this.#made += 1)}`))
  }

  wasAcknowledged(key: string): boolean {
    return this.#attempted.get(key) === true
  }

  /** Acknowledgements come in the order of time, so what may be read is at the front. */
  #admit(atMs: number): void {
    let due = 0
    while (due < this.#waiting.length && this.#waiting[due]!.visibleAtMs <= atMs) due += 1
    if (due === 0) return
    for (const { key } of this.#waiting.splice(0, due)) {
      if (this.#known.length < knownMax) this.#known.push(key)
      else this.#known[this.#replaceAt++ % knownMax] = key
    }
  }
}
