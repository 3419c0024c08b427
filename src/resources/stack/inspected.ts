import { z } from 'zod';

/** The parts of Docker's API that we read (docs: Engine API, ServiceInspect and TaskInspect). */
const named = z.object({ Name: z.string(), UID: z.string(), GID: z.string(), Mode: z.number() });
const update = z
  .object({
    Parallelism: z.number().optional(),
    Delay: z.number().optional(),
    FailureAction: z.string().optional(),
    Monitor: z.number().optional(),
    MaxFailureRatio: z.number().optional(),
    Order: z.string().optional(),
  })
  .optional();
const resources = z
  .object({ NanoCPUs: z.number().optional(), MemoryBytes: z.number().optional() })
  .optional();

const containerSpec = z.object({
  Image: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Command: z.array(z.string()).nullish(),
  Args: z.array(z.string()).nullish(),
  Hostname: z.string().optional(),
  User: z.string().optional(),
  Init: z.boolean().nullish(),
  Env: z.array(z.string()).nullish(),
  StopGracePeriod: z.number().nullish(),
  CapabilityAdd: z.array(z.string()).nullish(),
  CapabilityDrop: z.array(z.string()).nullish(),
  Mounts: z
    .array(
      z.object({
        Type: z.string(),
        Source: z.string().optional(),
        Target: z.string(),
        ReadOnly: z.boolean().optional(),
      }),
    )
    .nullish(),
  Healthcheck: z
    .object({
      Test: z.array(z.string()).nullish(),
      Interval: z.number().optional(),
      Timeout: z.number().optional(),
      Retries: z.number().optional(),
      StartPeriod: z.number().optional(),
    })
    .nullish(),
  Secrets: z.array(z.object({ File: named, SecretName: z.string() })).nullish(),
  Configs: z.array(z.object({ File: named.nullish(), ConfigName: z.string() })).nullish(),
});

const template = z.object({
  ContainerSpec: containerSpec,
  Resources: z.object({ Limits: resources, Reservations: resources }).optional(),
  RestartPolicy: z
    .object({
      Condition: z.string().optional(),
      Delay: z.number().optional(),
      MaxAttempts: z.number().optional(),
      Window: z.number().optional(),
    })
    .optional(),
  Placement: z
    .object({ Constraints: z.array(z.string()).nullish(), MaxReplicas: z.number().optional() })
    .optional(),
  Networks: z.array(z.object({ Target: z.string(), Aliases: z.array(z.string()).nullish() })).nullish(),
  LogDriver: z.object({ Name: z.string(), Options: z.record(z.string(), z.string()).nullish() }).optional(),
});

export const serviceSchema = z.object({
  ID: z.string(),
  UpdatedAt: z.string(),
  Spec: z.object({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()),
    TaskTemplate: template,
    Mode: z.object({
      Replicated: z.object({ Replicas: z.number() }).optional(),
      Global: z.object({}).optional(),
    }),
    UpdateConfig: update,
    RollbackConfig: update,
    EndpointSpec: z
      .object({
        Mode: z.string().optional(),
        Ports: z
          .array(
            z.object({
              Protocol: z.string(),
              TargetPort: z.number(),
              PublishedPort: z.number(),
              PublishMode: z.string(),
            }),
          )
          .nullish(),
      })
      .optional(),
  }),
  UpdateStatus: z
    .object({
      State: z.string().optional(),
      StartedAt: z.string().optional(),
      Message: z.string().optional(),
    })
    .nullish(),
});
export type ServiceInspect = z.output<typeof serviceSchema>;

export const taskSchema = z.object({
  ID: z.string(),
  ServiceID: z.string(),
  Slot: z.number().optional(),
  NodeID: z.string().optional(),
  CreatedAt: z.string(),
  DesiredState: z.string(),
  Status: z.object({
    Timestamp: z.string(),
    State: z.string(),
    Err: z.string().optional(),
    Message: z.string().optional(),
    ContainerStatus: z.object({ ExitCode: z.number().optional() }).nullish(),
  }),
});
export type TaskInspect = z.output<typeof taskSchema>;
