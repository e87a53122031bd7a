import { parse } from 'yaml'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const needsParameters = (parameters: unknown): boolean => Array.isArray(parameters) && parameters.some((one) => isObject(one) && one['required'] === true)

/** Whether a text is an OpenAPI (or Swagger 2) document, and which of its paths can be read without knowing anything: GET, no required parameter. */
export function openApiReads(text: string): { readonly isOpenApi: boolean; readonly paths: readonly string[] } {
  let document: unknown
  try {
    document = parse(text, { maxAliasCount: 100 })
  } catch {
    return { isOpenApi: false, paths: [] }
  }
  if (!isObject(document) || !('openapi' in document || 'swagger' in document) || !isObject(document['paths'])) return { isOpenApi: false, paths: [] }
  const base = basePathOf(document)
  const paths = Object.entries(document['paths']).flatMap(([path, item]) => {
    if (!isObject(item) || !isObject(item['get']) || !/^\/[^{}\s]*$/.test(path)) return []
    return needsParameters(item['parameters']) || needsParameters(item['get']['parameters']) ? [] : [`${base}${path}`]
  })
  return { isOpenApi: true, paths }
}

/** The path part of the first server. */
function basePathOf(document: Record<string, unknown>): string {
  const { servers, basePath } = document
  const url = Array.isArray(servers) && isObject(servers[0]) ? servers[0]['url'] : basePath
  if (typeof url !== 'string') return ''
  const path = URL.canParse(url) ? new URL(url).pathname : url
  return path.startsWith('/') ? path.replace(/\/+$/, '') : ''
}
