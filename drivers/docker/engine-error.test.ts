import { expect, test } from 'vitest'
import { SeaworthyError } from '../../core/errors.js'
import { engineError, unlessGone, unlessSoAlready } from './engine-error.js'

const coded = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })
const said = (message: string): Error => Object.assign(new Error('(HTTP code 500) server error'), { statusCode: 500, json: { message } })

test.each([
  ['EACCES', coded('EACCES'), 'SW_ENGINE_DENIED'],
  ['EPERM', coded('EPERM'), 'SW_ENGINE_DENIED'],
  ['no socket', coded('ENOENT'), 'SW_ENGINE_GONE'],
  ['nobody listening', coded('ECONNREFUSED'), 'SW_ENGINE_GONE'],
  ['a cut connection', coded('ECONNRESET'), 'SW_ENGINE_GONE'],
  ['a broken pipe', coded('EPIPE'), 'SW_ENGINE_GONE'],
  ['a full disk', said('write /var/lib/docker/tmp/x: no space left on device'), 'SW_ENGINE_DISK_FULL'],
  ['no image', said('No such image: shop:latest'), 'SW_IMAGE_MISSING'],
  ['an image that may not be pulled', said('pull access denied for shop'), 'SW_IMAGE_MISSING'],
  ['a taken port', said('Bind for 127.0.0.1:8080 failed: port is already allocated'), 'SW_PORT_TAKEN'],
  ['an address in use', said('listen tcp4 127.0.0.1:8080: bind: address already in use'), 'SW_PORT_TAKEN'],
])('%s has a code and a hint of its own', (_, error, code) => {
  expect(engineError('starting app', error)).toMatchObject({ code, exitCode: 2, hint: expect.any(String), message: expect.stringContaining('while starting app: found ') })
})

test('anything else is told in the words of the engine, without a hint', () => {
  const error = engineError('starting app', said('something new'))
  expect(error).toMatchObject({ code: 'SW_ENGINE', message: 'while starting app: found something new' })
  expect(error.hint).toBeUndefined()
})

test('an error of ours stays what it is', () => {
  const ours = new SeaworthyError('SW_NOT_DONE', 'no')
  expect(engineError('starting app', ours)).toBe(ours)
})

const answered = (statusCode: number): Error => Object.assign(new Error(`(HTTP code ${statusCode})`), { statusCode })

test('what the engine has not is undefined, also where that was told in our words', async () => {
  expect(await unlessGone(Promise.resolve('there'))).toBe('there')
  expect(await unlessGone(Promise.reject(answered(404)))).toBeUndefined()
  expect(await unlessGone(Promise.reject(engineError('listing the tasks', answered(404))))).toBeUndefined()
})

test.each([['another status', answered(500)], ['no answer', coded('ECONNREFUSED')], ['another error of ours', engineError('listing the tasks', answered(409))]])('%s does not say that something is gone', async (_, error) => {
  await expect(unlessGone(Promise.reject(error))).rejects.toBe(error)
})

test('an order is carried out where all was so already, and nowhere else', async () => {
  await unlessSoAlready(Promise.reject(answered(304)))
  await expect(unlessSoAlready(Promise.reject(answered(409)))).rejects.toMatchObject({ statusCode: 409 })
})
