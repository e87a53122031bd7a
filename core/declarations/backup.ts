import type { Procedure } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** How data is backed up and restored. `{file}` is the path of one backup; the harness makes it up and may damage copies of it. */
export interface BackupDeclaration {
  /** Makes `{file}` while the service runs. */
  readonly create: Procedure
  /** Succeeds for a whole backup and for nothing else. */
  readonly verify?: Procedure
  /** Replaces everything in another deployment, to which it is addressed. */
  readonly restoreIsolated?: Procedure
  /** Puts the records of `{namespace}` back in the running service. */
  readonly restoreLive?: Procedure
  /** Puts `{account}` back in the running service. */
  readonly restoreAccount?: Procedure
  /** How much older than the start of a backup its point in time may be. */
  readonly stalenessMs: number
}

/** JSON types that `{value}` of `data.write` may have. A text that is nothing but `{value}` becomes the JSON value itself. */
export type ValueType = 'text' | 'number' | 'boolean' | 'null' | 'list' | 'object'

/** What is known of the data beyond single records. */
export interface DataDeclarations {
  readonly delete?: Operation
  /** Lists the records whose keys begin with `{prefix}`; the pointers lead to the list and to the key in each of it. */
  readonly list?: { readonly operation: Operation; readonly itemsPointer: string; readonly keyPointer: string }
  readonly types?: readonly ValueType[]
  /** What a key of a namespace looks like, with `{namespace}` and `{name}`. */
  readonly namespace?: string
  readonly invariant?: InvariantDeclaration
  readonly accounts?: AccountsDeclaration
}

/** A transfer moves `{amount}` from `{from}` to `{to}` and leaves a marker `{key}`; the sum of all balances never changes. */
export interface InvariantDeclaration {
  /** Makes `{account}` with `{balance}`. */
  readonly account: Operation
  readonly transfer: Operation
  /** Its captured `balance` is the balance of `{account}`. */
  readonly balance: Operation
  /** Succeeds when the transfer `{key}` was made, and answers 404 or 410 when not. */
  readonly marker: Operation
  /** Whole numbers up to this one can be transferred; accounts can hold a thousand times as much. */
  readonly amountMax: number
}

/** Accounts of users. Everything about one account carries the `{token}` that its login gave. */
export interface AccountsDeclaration {
  readonly create: Operation // {account}
  readonly setPassword: Operation // {account} {password}
  readonly login: { readonly operation: Operation; readonly tokenPointer: string } // {account} {password}
  readonly logout?: Operation // {token}
  /** Which password is good after a restore: the one of now or the one of the backup. */
  readonly passwordAfterRestore: 'current' | 'backup'
  /** What becomes of objects that were created after the backup. */
  readonly createdSince: 'removed' | 'kept'
  /** Kinds of objects that an account owns. The first one is what a large account has many of. */
  readonly types: readonly AccountObjectType[]
}
export interface AccountObjectType {
  readonly name: string
  readonly write: Operation // {account} {name} {value} {token}
  /** Succeeds when the object is there with `{value}`; answers 404 or 410 when it is not there. */
  readonly read: Operation
  readonly delete?: Operation
  /** Lies below an object of another kind. */
  readonly child: boolean
  /** Belongs to several accounts at once: `{name}` is a group. */
  readonly shared: boolean
  /** There is at most one of an account. */
  readonly single: boolean
  /** Its captured `count` is how often a change of the object was announced to others (mail, webhook, event). */
  readonly effects?: Operation
  /** JSON pointers into what `read` answers: identity and times of the object, which a restore must preserve. */
  readonly metadata: readonly string[]
  /** Whether `{value}` occurs in it: what has no value cannot be modified. */
  readonly hasValue: boolean
}
