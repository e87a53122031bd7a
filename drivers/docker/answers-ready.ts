import { request } from 'node:http'

const answerWithinMs = 1_000

/** Whether a container says at its own address that it is ready. */
export function answersReadyAt({ host, port, path }: { readonly host: string; readonly port: number; readonly path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request({ host, port, path, agent: false, timeout: answerWithinMs }, (response) => {
      response.resume()
      resolve((response.statusCode ?? 500) < 400)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', () => resolve(false))
    sent.end()
  })
}
