/** The package has no types of its own. Samples without a `# TYPE` before them come as UNTYPED, one metric a series. */
declare module 'parse-prometheus-text-format' {
  export interface UntypedSample {
    readonly value: string
    readonly labels?: Readonly<Record<string, string>>
    readonly timestamp_ms?: string
  }
  export interface MetricFamily {
    readonly name: string
    readonly type: string
    readonly metrics: readonly UntypedSample[]
  }
  export default function parse(text: string): readonly MetricFamily[]
}
