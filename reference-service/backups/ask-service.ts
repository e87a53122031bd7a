import { request } from 'node:http'

/** Sends JSON to the service. Resolves with the text of a 2xx answer; rejects with what was answered else. */
export function post(url: URL, body: object, headers: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const sent = request(url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers } }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (answer += chunk))
      response.on('error', reject)
      response.on('end', () => {
        const status = response.statusCode ?? 0
        if (status >= 200 && status < 300) resolve(answer)
        else reject(new Error(`the service answered ${status}: ${answer}`))
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })
}
