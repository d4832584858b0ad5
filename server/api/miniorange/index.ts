import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Engine } from '../../engine/ports.ts'
import { readBytes } from '../body.ts'
import type { Watch } from '../seen.ts'
import { challengeCall, statusCall, validateCall } from './authenticate.ts'
import { confirmCall, secretCall } from './authenticators.ts'
import { addCall, checkCall, contactCall, keyCall, licenseCall, resetCall, secretsCall } from './customers.ts'
import { deliveryStatusCall } from './deliveries.ts'
import { answer, type Endpoint, serve } from './endpoint.ts'
import { getAllGroupsCall, membersCall, updateGroupsCall, updateMembersCall } from './groups.ts'
import { notifyCall } from './notify.ts'
import { passkeyRegistrationCall, passkeyRemovalCall, passkeysCall } from './passkeys.ts'
import { phoneRemovalCall, phonesCall } from './phones.ts'
import { acsCall, evaluateRiskCall, registerProfileCall } from './rba.ts'
import { recoveryCodesCall } from './recovery-codes.ts'
import { registerCall, registerMobileCall, registrationStatusCall } from './registration.ts'
import { deviceRemovalCall, devicesCall, evaluateCall, feedbackCall, redeemCall, sessionCall } from './risk.ts'
import { serveTimestamp } from './timestamp.ts'
import {
  assignTokenCall,
  disableTokenCall,
  enableTokenCall,
  exportTokensCall,
  importTokensCall,
  listTokensCall,
  resyncTokenCall,
  unassignTokenCall,
} from './tokens.ts'
import {
  createCall,
  deleteCall,
  disableCall,
  enableCall,
  getAllCall,
  getCall,
  searchCall,
  updateCall,
} from './users.ts'
import { voiceRegistrationCall, voiceRemovalCall } from './voices.ts'
import { showTo } from './watch.ts'

/** Every call. A new one is its definition and a line here. */
const endpoints = [
  challengeCall,
  validateCall,
  statusCall,
  deliveryStatusCall,
  secretCall,
  confirmCall,
  registerCall,
  registerMobileCall,
  registrationStatusCall,
  checkCall,
  addCall,
  keyCall,
  licenseCall,
  secretsCall,
  resetCall,
  contactCall,
  notifyCall,
  recoveryCodesCall,
  passkeyRegistrationCall,
  passkeysCall,
  passkeyRemovalCall,
  phonesCall,
  phoneRemovalCall,
  voiceRegistrationCall,
  voiceRemovalCall,
  createCall,
  searchCall,
  getCall,
  getAllCall,
  updateCall,
  deleteCall,
  enableCall,
  disableCall,
  getAllGroupsCall,
  updateGroupsCall,
  updateMembersCall,
  membersCall,
  importTokensCall,
  listTokensCall,
  assignTokenCall,
  unassignTokenCall,
  disableTokenCall,
  enableTokenCall,
  resyncTokenCall,
  exportTokensCall,
  acsCall,
  evaluateRiskCall,
  registerProfileCall,
  sessionCall,
  evaluateCall,
  redeemCall,
  feedbackCall,
  devicesCall,
  deviceRemovalCall,
] as unknown as readonly Endpoint[] // each keeps its own body type inside; here they are only served

const bodyBytesMax = 64 * 1024

/** miniOrange's REST API, under `/moas` and without it (document 001). `watch` is shown every call, in development. */
export function miniOrange(engine: Engine, watch?: Watch): FastifyPluginAsync {
  return async (app) => {
    if (watch) showTo(watch, app)
    for (const prefix of ['/moas', '']) {
      await app.register(async (scope) => speak(scope, engine, prefix === '/moas'), { prefix })
    }
  }
}

async function speak(scope: FastifyInstance, engine: Engine, isListed: boolean): Promise<void> {
  readBytes(scope)
  scope.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error, requestId: request.id }, 'a call failed')
    // Framing keeps its HTTP status; nothing else leaves 200. FAILED is refused by every client on every call.
    reply.code(status >= 500 ? 200 : status)
    const message =
      status === 413
        ? `The body is larger than ${(request.routeOptions.bodyLimit ?? bodyBytesMax) / 1024} KiB.`
        : status >= 500
          ? 'Something went wrong here. Try again.'
          : error.message
    return answer(reply, request.routeOptions.config.isTextRefusal ? message : { status: 'FAILED', message })
  })
  for (const one of endpoints.filter((each) => !isForBrowsers(each))) serve(scope, engine, one, isListed)
  serveTimestamp(scope, engine, isListed)
  for (const one of endpoints.filter(isForBrowsers)) {
    await scope.register(async (open) => {
      open.addHook('onRequest', (_request, reply, done) => {
        reply.header('access-control-allow-origin', '*')
        done()
      })
      open.options(one.path, { schema: { hide: true } }, (_request, reply) => {
        reply.code(204).headers(preflight).send()
      })
      serve(open, engine, one, isListed)
    })
  }
}

function isForBrowsers(one: Endpoint): boolean {
  return one.isOpen === true && one.isForBrowsers === true
}

/** What a browser of another origin may send to an open endpoint. */
const preflight = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
}
