/** What others can see of a service and of a run: each thing by name, with its state. Nothing secret is in it: it goes into reports. */
export type WorldSurvey = ReadonlyMap<string, string>

/** What is not as it was found, a sentence each, in the order of the names. Empty: everything was put back. */
export function changesBetween(before: WorldSurvey, after: WorldSurvey): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)]
    if (was === is) return []
    if (was === undefined) return [`${name} is left over (${is})`]
    return [is === undefined ? `${name} was there (${was}) and is gone` : `${name} was ${was} and is ${is}`]
  })
}
