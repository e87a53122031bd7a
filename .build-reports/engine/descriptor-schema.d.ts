import { z } from 'zod';
declare const operation: z.ZodObject<{
    http: z.ZodString;
    headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
    body: z.ZodOptional<z.ZodUnknown>;
    expect: z.ZodOptional<z.ZodObject<{
        status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
        json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
        bodyEndsWith: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    mutates: z.ZodOptional<z.ZodBoolean>;
    timeout: z.ZodOptional<z.ZodString>;
    weight: z.ZodOptional<z.ZodNumber>;
    minDuration: z.ZodOptional<z.ZodString>;
    streams: z.ZodOptional<z.ZodBoolean>;
    holdsBody: z.ZodOptional<z.ZodBoolean>;
    effect: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
export declare const descriptorSchema: z.ZodObject<{
    $schema: z.ZodOptional<z.ZodString>;
    schema: z.ZodLiteral<"seaworthy/v1">;
    service: z.ZodString;
    target: z.ZodObject<{
        kind: z.ZodLiteral<"process">;
        disposable: z.ZodDefault<z.ZodBoolean>;
        install: z.ZodOptional<z.ZodArray<z.ZodString>>;
        replicas: z.ZodObject<{
            count: z.ZodDefault<z.ZodNumber>;
            command: z.ZodArray<z.ZodString>;
            env: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodString>>;
            restart: z.ZodDefault<z.ZodEnum<{
                always: "always";
                "on-failure": "on-failure";
                never: "never";
            }>>;
            startAtBoot: z.ZodDefault<z.ZodBoolean>;
        }, z.core.$strict>;
        components: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodObject<{
            role: z.ZodEnum<{
                "db-primary": "db-primary";
                "db-replica": "db-replica";
                cache: "cache";
                queue: "queue";
                storage: "storage";
                dependency: "dependency";
            }>;
            hard: z.ZodDefault<z.ZodBoolean>;
            ownsData: z.ZodDefault<z.ZodBoolean>;
            ready: z.ZodDefault<z.ZodUnion<readonly [z.ZodLiteral<"tcp">, z.ZodString]>>;
            command: z.ZodArray<z.ZodString>;
            env: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodString>>;
            restart: z.ZodDefault<z.ZodEnum<{
                always: "always";
                "on-failure": "on-failure";
                never: "never";
            }>>;
            startAtBoot: z.ZodDefault<z.ZodBoolean>;
        }, z.core.$strict>>>;
    }, z.core.$strict>;
    facts: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodBoolean, z.ZodNumber, z.ZodString]>>>;
    identity: z.ZodOptional<z.ZodObject<{
        instance: z.ZodString;
        boot: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    balancer: z.ZodOptional<z.ZodObject<{
        interval: z.ZodDefault<z.ZodString>;
        fall: z.ZodDefault<z.ZodNumber>;
        rise: z.ZodDefault<z.ZodNumber>;
        timeout: z.ZodDefault<z.ZodString>;
    }, z.core.$strict>>;
    health: z.ZodObject<{
        readiness: z.ZodString;
        liveness: z.ZodOptional<z.ZodString>;
        detail: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>;
    lifecycle: z.ZodOptional<z.ZodObject<{
        drain: z.ZodOptional<z.ZodObject<{
            deadline: z.ZodDefault<z.ZodString>;
            endsInExit: z.ZodDefault<z.ZodBoolean>;
            http: z.ZodOptional<z.ZodString>;
            signal: z.ZodOptional<z.ZodEnum<{
                SIGHUP: "SIGHUP";
                SIGINT: "SIGINT";
                SIGQUIT: "SIGQUIT";
                SIGTERM: "SIGTERM";
                SIGUSR1: "SIGUSR1";
                SIGUSR2: "SIGUSR2";
            }>>;
            exec: z.ZodOptional<z.ZodArray<z.ZodString>>;
            status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
        }, z.core.$strict>>;
        undrain: z.ZodOptional<z.ZodObject<{
            http: z.ZodOptional<z.ZodString>;
            signal: z.ZodOptional<z.ZodEnum<{
                SIGHUP: "SIGHUP";
                SIGINT: "SIGINT";
                SIGQUIT: "SIGQUIT";
                SIGTERM: "SIGTERM";
                SIGUSR1: "SIGUSR1";
                SIGUSR2: "SIGUSR2";
            }>>;
            exec: z.ZodOptional<z.ZodArray<z.ZodString>>;
            status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
        }, z.core.$strict>>;
        stop: z.ZodOptional<z.ZodObject<{
            signal: z.ZodDefault<z.ZodEnum<{
                SIGHUP: "SIGHUP";
                SIGINT: "SIGINT";
                SIGQUIT: "SIGQUIT";
                SIGTERM: "SIGTERM";
                SIGUSR1: "SIGUSR1";
                SIGUSR2: "SIGUSR2";
            }>>;
            grace: z.ZodDefault<z.ZodString>;
            exitCodes: z.ZodDefault<z.ZodArray<z.ZodNumber>>;
        }, z.core.$strict>>;
        startTimeout: z.ZodDefault<z.ZodString>;
    }, z.core.$strict>>;
    traffic: z.ZodRecord<z.ZodString, z.ZodObject<{
        http: z.ZodString;
        headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
        body: z.ZodOptional<z.ZodUnknown>;
        expect: z.ZodOptional<z.ZodObject<{
            status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
            json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
            bodyEndsWith: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>>;
        mutates: z.ZodOptional<z.ZodBoolean>;
        timeout: z.ZodOptional<z.ZodString>;
        weight: z.ZodOptional<z.ZodNumber>;
        minDuration: z.ZodOptional<z.ZodString>;
        streams: z.ZodOptional<z.ZodBoolean>;
        holdsBody: z.ZodOptional<z.ZodBoolean>;
        effect: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    data: z.ZodOptional<z.ZodObject<{
        write: z.ZodUnion<readonly [z.ZodString, z.ZodObject<{
            http: z.ZodString;
            headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
            body: z.ZodOptional<z.ZodUnknown>;
            expect: z.ZodOptional<z.ZodObject<{
                status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
                json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
                bodyEndsWith: z.ZodOptional<z.ZodString>;
            }, z.core.$strict>>;
            mutates: z.ZodOptional<z.ZodBoolean>;
            timeout: z.ZodOptional<z.ZodString>;
            weight: z.ZodOptional<z.ZodNumber>;
            minDuration: z.ZodOptional<z.ZodString>;
            streams: z.ZodOptional<z.ZodBoolean>;
            holdsBody: z.ZodOptional<z.ZodBoolean>;
            effect: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>]>;
        read: z.ZodOptional<z.ZodObject<{
            strong: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodObject<{
                http: z.ZodString;
                headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
                body: z.ZodOptional<z.ZodUnknown>;
                expect: z.ZodOptional<z.ZodObject<{
                    status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
                    json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
                    bodyEndsWith: z.ZodOptional<z.ZodString>;
                }, z.core.$strict>>;
                mutates: z.ZodOptional<z.ZodBoolean>;
                timeout: z.ZodOptional<z.ZodString>;
                weight: z.ZodOptional<z.ZodNumber>;
                minDuration: z.ZodOptional<z.ZodString>;
                streams: z.ZodOptional<z.ZodBoolean>;
                holdsBody: z.ZodOptional<z.ZodBoolean>;
                effect: z.ZodOptional<z.ZodString>;
            }, z.core.$strict>]>>;
            ordinary: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodObject<{
                http: z.ZodString;
                headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
                body: z.ZodOptional<z.ZodUnknown>;
                expect: z.ZodOptional<z.ZodObject<{
                    status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
                    json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
                    bodyEndsWith: z.ZodOptional<z.ZodString>;
                }, z.core.$strict>>;
                mutates: z.ZodOptional<z.ZodBoolean>;
                timeout: z.ZodOptional<z.ZodString>;
                weight: z.ZodOptional<z.ZodNumber>;
                minDuration: z.ZodOptional<z.ZodString>;
                streams: z.ZodOptional<z.ZodBoolean>;
                holdsBody: z.ZodOptional<z.ZodBoolean>;
                effect: z.ZodOptional<z.ZodString>;
            }, z.core.$strict>]>>;
        }, z.core.$strict>>;
        maxLag: z.ZodDefault<z.ZodString>;
        session: z.ZodOptional<z.ZodObject<{
            open: z.ZodObject<{
                http: z.ZodString;
                headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
                body: z.ZodOptional<z.ZodUnknown>;
                expect: z.ZodOptional<z.ZodObject<{
                    status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
                    json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
                    bodyEndsWith: z.ZodOptional<z.ZodString>;
                }, z.core.$strict>>;
                mutates: z.ZodOptional<z.ZodBoolean>;
                timeout: z.ZodOptional<z.ZodString>;
                weight: z.ZodOptional<z.ZodNumber>;
                minDuration: z.ZodOptional<z.ZodString>;
                streams: z.ZodOptional<z.ZodBoolean>;
                holdsBody: z.ZodOptional<z.ZodBoolean>;
                effect: z.ZodOptional<z.ZodString>;
            }, z.core.$strict>;
            token: z.ZodString;
            resume: z.ZodObject<{
                http: z.ZodString;
                headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
                body: z.ZodOptional<z.ZodUnknown>;
                expect: z.ZodOptional<z.ZodObject<{
                    status: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>;
                    json: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
                    bodyEndsWith: z.ZodOptional<z.ZodString>;
                }, z.core.$strict>>;
                mutates: z.ZodOptional<z.ZodBoolean>;
                timeout: z.ZodOptional<z.ZodString>;
                weight: z.ZodOptional<z.ZodNumber>;
                minDuration: z.ZodOptional<z.ZodString>;
                streams: z.ZodOptional<z.ZodBoolean>;
                holdsBody: z.ZodOptional<z.ZodBoolean>;
                effect: z.ZodOptional<z.ZodString>;
            }, z.core.$strict>;
        }, z.core.$strict>>;
    }, z.core.$strict>>;
    notApplicable: z.ZodDefault<z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        reason: z.ZodString;
        owner: z.ZodString;
        until: z.ZodString;
    }, z.core.$strict>>>;
    waivers: z.ZodDefault<z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        reason: z.ZodString;
        owner: z.ZodString;
        until: z.ZodString;
    }, z.core.$strict>>>;
    overrides: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>>>>;
}, z.core.$strict>;
export type DescriptorDocument = z.infer<typeof descriptorSchema>;
export type OperationDocument = z.infer<typeof operation>;
export type ProcedureDocument = {
    http?: string | undefined;
    signal?: NodeJS.Signals | undefined;
    exec?: string[] | undefined;
    status?: number | number[] | undefined;
};
export {};
