import {
  DescribeAddonCommand,
  DescribeAddonConfigurationCommand,
  type DescribeAddonConfigurationRequest,
  type DescribeAddonConfigurationResponse,
  type DescribeAddonRequest,
  type DescribeAddonResponse,
  DescribeUpdateCommand,
  type DescribeUpdateRequest,
  type DescribeUpdateResponse,
  type EKSClient,
  UpdateAddonCommand,
  type UpdateAddonRequest,
  type UpdateAddonResponse,
} from '@aws-sdk/client-eks';

/** The four calls of the adapter, in the SDK's words. The simulator answers them as EKS does. */
export interface AddonOperations {
  describeAddon(request: DescribeAddonRequest): Promise<DescribeAddonResponse>;
  describeConfiguration(
    request: DescribeAddonConfigurationRequest,
  ): Promise<DescribeAddonConfigurationResponse>;
  updateAddon(request: UpdateAddonRequest): Promise<UpdateAddonResponse>;
  describeUpdate(request: DescribeUpdateRequest): Promise<DescribeUpdateResponse>;
}

export function addonOperations(client: () => EKSClient): AddonOperations {
  return {
    describeAddon: (request) => client().send(new DescribeAddonCommand(request)),
    describeConfiguration: (request) => client().send(new DescribeAddonConfigurationCommand(request)),
    updateAddon: (request) => client().send(new UpdateAddonCommand(request)),
    describeUpdate: (request) => client().send(new DescribeUpdateCommand(request)),
  };
}
