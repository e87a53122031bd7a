import { parse, stringify } from 'yaml'
import { defective } from '../defects.js'
import { archiveOf, unpacked } from './configuration-archive.js'
import { changedSection, parseConfiguration, type Configuration } from './configuration.js'
import type { DatabaseAccess } from './database-access.js'
import { Refusal } from './errors.js'
import { log } from './log.js'
import type { LookOut } from './look-out.js'
import { isMapping } from './mapping.js'

interface Revision {
  readonly revision: string // a bigint
  readonly configuration: string
}

/**
 * The configuration in force on this replica. It begins with the file; from the first change on the newest revision in the database
 * holds, which every replica hears of within half a second. A revision is a whole configuration and was valid when it was stored.
 */
export class LiveConfiguration {
  private revision = 0n

  constructor(
    private configuration: Configuration,
    private readonly database: DatabaseAccess,
    private readonly replica: { readonly index: number; readonly path: string },
  ) {}

  get inForce(): Configuration {
    return this.configuration
  }
  archive(): string {
    return archiveOf(this.configuration, this.replica.path)
  }

  /** Checks all of it before anything is changed. Returns the number of the new revision. Throws Refusal. */
  async apply(text: string): Promise<string> {
    return this.store(defective('conf.half-applied') ? await this.appliedOneByOne(text) : await this.checked(text))
  }
  async restore(text: string): Promise<string> {
    const archived = await this.checked(text)
    return this.store(defective('conf.restore-drops-nested') ? { ...archived, banner: this.configuration.banner } : archived)
  }

  /** Changes a part of what is newest and leaves the rest as it is. Returns the number of the new revision. Throws Refusal. */
  async change(part: (newest: Configuration) => Partial<Configuration>): Promise<string> {
    await this.refresh()
    return this.store({ ...this.configuration, ...part(this.configuration) })
  }

  /** Takes over the newest revision, if there is one that this replica has not. */
  async refresh(): Promise<void> {
    const [newest] = await this.database.strong<Revision & Record<string, unknown>>(
      'select revision, configuration from configurations where revision > $1 order by revision desc limit 1',
      [String(this.revision)],
    )
    if (newest !== undefined) this.adopt(parseConfiguration(newest.configuration), newest.revision)
  }

  /** Takes over newer revisions as they are told of. Without a database what is in force stays so. */
  follow(lookOut: LookOut): void {
    if (this.missesChanges()) return
    lookOut.tell(({ revision }) => {
      if (revision > this.revision) this.refresh().catch(() => {}) // told of again
    })
  }

  private async checked(text: string): Promise<Configuration> {
    try {
      return this.valid(unpacked(text))
    } catch (error) {
      if (defective('conf.invalid-persisted')) await this.insert(text)
      throw error
    }
  }

  private valid(text: string): Configuration {
    if (text.trim() === '') throw new Refusal(400, 'expected a configuration, found nothing')
    let wanted: Configuration
    try {
      wanted = parseConfiguration(text)
    } catch (error) {
      throw new Refusal(422, `the configuration is not valid, nothing was changed: ${(error as Error).message}`)
    }
    const section = changedSection(this.configuration, wanted)
    if (section !== undefined) throw new Refusal(409, `the section ${section} differs from the one in force, and it is read at the start only: nothing was changed`)
    return wanted
  }

  private async store(wanted: Configuration): Promise<string> {
    const revision = await this.insert(stringify(wanted))
    log('configuration changed', { revision })
    if (!this.missesChanges()) this.adopt(wanted, revision)
    return revision
  }

  private async insert(text: string): Promise<string> {
    const [row] = await this.database.write<{ revision: string }>('insert into configurations (configuration) values ($1) returning revision', [text])
    return row?.revision ?? ''
  }

  /** What is read at the start only stays as this process began with it. */
  private adopt({ title, banner, languages, notice, imports, access }: Configuration, revision: string): void {
    if (BigInt(revision) <= this.revision) return
    const { notice: _notice, access: _access, ...others } = this.configuration
    this.configuration = { ...others, title, banner, languages, imports, ...(notice === undefined ? {} : { notice }), ...(access === undefined ? {} : { access }) }
    this.revision = BigInt(revision)
  }

  /** Only for the defect conf.apply-misses-a-replica. */
  private missesChanges(): boolean {
    return defective('conf.apply-misses-a-replica') && this.replica.index === 2
  }

  /** Only for the defect conf.half-applied: each key is in force before the next one is looked at. */
  private async appliedOneByOne(text: string): Promise<Configuration> {
    const document: unknown = parse(text)
    for (const [key, value] of Object.entries(isMapping(document) ? document : {})) {
      await this.store(this.valid(stringify({ ...this.configuration, [key]: value })))
    }
    return this.valid(text)
  }
}
