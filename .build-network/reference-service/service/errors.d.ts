import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
/** Nothing was done; the client may try again elsewhere. */
export declare class Unavailable extends Error {
}
/** The database may or may not have done it: its answer did not come. */
export declare class OutcomeUnknown extends Error {
}
/** A request that was still running at the deadline of the drain. Its effect did not happen and will not. */
export declare class EndedByDrain extends Error {
    constructor();
}
/** A refusal that is the client's business: 404, 409, 422. */
export declare class Refusal extends Error {
    readonly statusCode: number;
    constructor(statusCode: number, message: string);
}
/** 503 means: not done, try elsewhere. 500 means: something is wrong, and a change may or may not have happened. */
export declare function answerError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): FastifyReply;
