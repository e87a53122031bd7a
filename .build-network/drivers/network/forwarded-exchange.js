import { request as httpRequest } from 'node:http';
import { answerHeaders, backendHeader, balancerHeader, hasBody, requestHeaders, trailersOf } from './forwarded-headers.js';
import { errorWithCode, responseTimeoutCode, upstreamFailureOf } from './upstream-failure.js';
/**
 * One request forwarded to one backend, once: it is never sent again, so that no loss is hidden. Bodies stream in
 * both directions as they come. A client that goes away takes the upstream request with it.
 */
export class ForwardedExchange {
    #request;
    #response;
    #options;
    #upstream;
    #expectsContinue;
    #continued = false;
    #uploading = false; // the client has not sent all of its body
    #uploadBlocked = false; // the backend does not take the body
    #downloadBlocked = false; // the client does not take the answer
    #downloading = false; // a part of the answer's body was passed on
    #framed = true; // the client can tell a cut answer from a whole one
    #ended = false; // the client has got all it will get
    /** Throws when the request cannot be expressed as a request to the backend. */
    constructor(request, response, options) {
        this.#request = request;
        this.#response = response;
        this.#options = options;
        this.#expectsContinue = request.headers.expect !== undefined;
        const { backend } = options;
        this.#upstream = httpRequest({
            host: backend.host,
            port: backend.port,
            method: request.method,
            path: request.url,
            headers: requestHeaders(request, `${backend.host}:${backend.port}`),
            agent: options.connections,
        });
        response.sendDate = false; // the date is the backend's to give
        this.#connect();
        if (hasBody(request))
            this.#upload();
        else
            this.#upstream.end();
    }
    #connect() {
        const upstream = this.#upstream;
        upstream.once('response', (answer) => this.#forwardAnswer(answer));
        upstream.on('information', (information) => this.#forwardInformation(information));
        upstream.on('error', (error) => this.#fail(error));
        upstream.once('socket', (socket) => {
            this.#options.connections.onSilence(socket, (silentMs) => this.#endSilence(silentMs));
        });
        this.#response.on('error', () => { }); // the client is gone; 'close' follows
        this.#response.once('close', () => {
            if (this.#ended)
                return;
            this.#ended = true;
            upstream.destroy();
        });
    }
    /** Nothing moved for a long time. Whether that is the backend's fault depends on whose turn it is. */
    #endSilence(silentMs) {
        if (this.#downloadBlocked || (this.#uploading && !this.#uploadBlocked))
            return;
        this.#upstream.destroy(errorWithCode(responseTimeoutCode, `not a byte for ${silentMs} ms`));
    }
    #upload() {
        this.#uploading = true;
        const request = this.#request;
        const upstream = this.#upstream;
        // The head must not wait for the body: the client may hold the body back as long as it likes.
        upstream.flushHeaders();
        const onData = (chunk) => {
            if (upstream.write(chunk))
                return;
            this.#uploadBlocked = true;
            request.pause();
            upstream.once('drain', () => {
                this.#uploadBlocked = false;
                request.resume();
            });
        };
        request.on('data', onData);
        request.once('end', () => {
            this.#uploading = false;
            const trailers = trailersOf(request);
            if (trailers.length > 0)
                upstream.addTrailers(trailers);
            upstream.end();
        });
        request.on('error', () => { }); // 'close' follows
        request.once('close', () => {
            if (!request.complete)
                upstream.destroy();
        });
        // Nobody takes the rest any more: discard it, so that the client can read its answer.
        upstream.once('close', () => {
            request.off('data', onData);
            request.resume();
        });
    }
    #forwardInformation(information) {
        if (this.#request.httpVersionMinor === 0 || this.#response.headersSent)
            return;
        if (information.statusCode === 100) {
            this.#continued = true;
            this.#response.writeContinue();
        }
        else if (information.statusCode === 103 && information.headers.link !== undefined) {
            this.#response.writeEarlyHints({ link: information.headers.link });
        }
    }
    #forwardAnswer(answer) {
        const response = this.#response;
        if (this.#ended)
            return;
        this.#options.connections.noteAnswer(answer);
        this.#framed = this.#request.httpVersionMinor > 0 || answer.headers['content-length'] !== undefined;
        const headers = answerHeaders(answer, { chunkable: this.#request.httpVersionMinor > 0 && this.#request.method !== 'HEAD' });
        if (this.#bodyWithheld)
            headers.push('Connection', 'close');
        try {
            response.writeHead(answer.statusCode, answer.statusMessage, headers);
        }
        catch (error) {
            this.#fail(error);
            this.#upstream.destroy();
            return;
        }
        this.#forwardBody(answer);
        // After what came in the same segment: head and body then leave in one, and a head alone does not wait.
        process.nextTick(() => {
            if (!this.#ended && !this.#downloading)
                response.flushHeaders();
        });
    }
    #forwardBody(answer) {
        const response = this.#response;
        answer.on('data', (chunk) => {
            this.#downloading = true;
            if (response.write(chunk))
                return;
            this.#downloadBlocked = true;
            answer.pause();
            response.once('drain', () => {
                this.#downloadBlocked = false;
                answer.resume();
            });
        });
        answer.once('end', () => {
            if (this.#ended)
                return;
            this.#ended = true;
            const trailers = trailersOf(answer);
            if (trailers.length > 0)
                response.addTrailers(trailers);
            response.end();
            if (this.#bodyWithheld)
                this.#upstream.destroy();
        });
        answer.on('error', (error) => this.#fail(error));
        answer.once('close', () => {
            if (!answer.complete)
                this.#fail(errorWithCode('ECONNRESET', 'the answer ended too early'));
        });
    }
    /** The client waits for a 100 that will not come, so nothing can follow on its connection. */
    get #bodyWithheld() {
        return this.#expectsContinue && !this.#continued && !this.#request.complete;
    }
    #fail(error) {
        if (this.#ended)
            return;
        this.#ended = true;
        if (this.#response.headersSent) {
            this.#cutClient();
            return;
        }
        this.#options.onFailure();
        const failure = upstreamFailureOf(error);
        answerForBackend(this.#response, failure, { backend: this.#options.backend.id, close: this.#bodyWithheld, reused: this.#upstream.reusedSocket });
    }
    #cutClient() {
        // Without framing an orderly close is the end of the answer: only a reset shows that it is not whole.
        if (this.#framed)
            this.#request.socket.destroy();
        else
            this.#request.socket.resetAndDestroy();
    }
}
function answerForBackend(response, failure, options) {
    const connection = options.reused ? 'a reused connection' : 'a new connection';
    const text = `no answer from backend ${options.backend} on ${connection}: ${failure.reason}: ${failure.detail}\n`;
    response.writeHead(failure.status, {
        [balancerHeader]: failure.reason,
        [backendHeader]: options.backend,
        'content-type': 'text/plain; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        ...(options.close ? { connection: 'close' } : {}),
    });
    response.end(text);
}
