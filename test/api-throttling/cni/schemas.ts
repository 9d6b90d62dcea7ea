const integer = { type: 'string', format: 'integer' };
const flag = { type: 'string', format: 'boolean' };

/** In the shape of DescribeAddonConfiguration: references into definitions, closed mappings, formats on strings. */
export const SCHEMA_VALUE = {
  $ref: '#/definitions/VpcCni',
  $schema: 'http://json-schema.org/draft-06/schema#',
  definitions: {
    Env: {
      type: 'object',
      title: 'Env',
      additionalProperties: false,
      properties: {
        WARM_ENI_TARGET: integer,
        WARM_IP_TARGET: integer,
        MINIMUM_IP_TARGET: integer,
        ENABLE_PREFIX_DELEGATION: flag,
        AWS_VPC_K8S_CNI_LOGLEVEL: { type: 'string' },
      },
    },
    EniConfig: {
      type: 'object',
      additionalProperties: false,
      required: ['create', 'subnets'],
      properties: {
        create: { type: 'boolean' },
        subnets: {
          type: 'object',
          minProperties: 1,
          additionalProperties: {
            type: 'object',
            additionalProperties: false,
            required: ['id'],
            properties: {
              id: { type: 'string' },
              securityGroups: { type: 'array', items: { type: 'string' } },
            },
          },
        },
      },
    },
    VpcCni: {
      type: 'object',
      title: 'VpcCni',
      additionalProperties: false,
      properties: {
        affinity: { type: ['object', 'null'] },
        enableNetworkPolicy: flag,
        enableWindowsIpam: flag,
        env: { $ref: '#/definitions/Env' },
        eniConfig: { $ref: '#/definitions/EniConfig' },
        livenessProbeTimeoutSeconds: { type: 'integer', minimum: 1, maximum: 600 },
        mode: { enum: ['standard', 'strict'] },
        prefix: { type: 'string', pattern: '^[a-z]{1,4}$' },
        tolerations: { type: 'array', items: { type: 'object' } },
      },
    },
  },
};

export const SCHEMA = JSON.stringify(SCHEMA_VALUE);
export const ANY_SCHEMA = '{"type":"object"}';
