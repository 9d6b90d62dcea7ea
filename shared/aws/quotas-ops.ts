import type {
  GetAWSDefaultServiceQuotaResponse,
  GetRequestedServiceQuotaChangeResponse,
  GetServiceQuotaResponse,
} from '@aws-sdk/client-service-quotas';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetRequestedServiceQuotaChangeCommand,
  GetServiceQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
  type ListRequestedServiceQuotaChangeHistoryByQuotaRequest,
  type ListRequestedServiceQuotaChangeHistoryByQuotaResponse,
  RequestServiceQuotaIncreaseCommand,
  type RequestServiceQuotaIncreaseRequest,
  type RequestServiceQuotaIncreaseResponse,
  ServiceQuotasClient,
  type ServiceQuotasClientConfig,
} from '@aws-sdk/client-service-quotas';

export type QuotaKey = { ServiceCode: string; QuotaCode: string };
export type HistoryRequest = ListRequestedServiceQuotaChangeHistoryByQuotaRequest;
export type HistoryPage = ListRequestedServiceQuotaChangeHistoryByQuotaResponse;

/**
 * Service Quotas as the SDK types it; `quotas.ts` imports this module on first use. The simulator stands in for it
 * here, so that its answers have the SDK's shapes and go through the same adapter.
 */
export interface QuotaOperations {
  getServiceQuota(key: QuotaKey): Promise<GetServiceQuotaResponse>;
  getDefaultQuota(key: QuotaKey): Promise<GetAWSDefaultServiceQuotaResponse>;
  listHistory(request: HistoryRequest): Promise<HistoryPage>;
  requestIncrease(request: RequestServiceQuotaIncreaseRequest): Promise<RequestServiceQuotaIncreaseResponse>;
  getRequest(id: string): Promise<GetRequestedServiceQuotaChangeResponse>;
}

export function quotaOperations(config: ServiceQuotasClientConfig): QuotaOperations {
  const client = new ServiceQuotasClient(config);
  return {
    getServiceQuota: (key) => client.send(new GetServiceQuotaCommand(key)),
    getDefaultQuota: (key) => client.send(new GetAWSDefaultServiceQuotaCommand(key)),
    listHistory: (request) => client.send(new ListRequestedServiceQuotaChangeHistoryByQuotaCommand(request)),
    requestIncrease: (request) => client.send(new RequestServiceQuotaIncreaseCommand(request)),
    getRequest: (RequestId) => client.send(new GetRequestedServiceQuotaChangeCommand({ RequestId })),
  };
}
