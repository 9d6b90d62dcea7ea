import type { SimQuota } from './quotas.ts';

/** AWS's own values of what may be under modification at once, for accounts that never asked for more. */
export const EBS_QUOTAS: readonly SimQuota[] = [
  quotaOf('L-59C8FC87', 'Storage modifications for General Purpose SSD (gp3) volumes, in TiB', 500),
  quotaOf('L-5F80CA91', 'Storage modifications for Provisioned IOPS SSD (io1) volumes, in TiB', 500),
  quotaOf('L-9A0E0F82', 'Storage modifications for Provisioned IOPS SSD (io2) volumes, in TiB', 20),
  quotaOf('L-98A0B26D', 'IOPS modifications for Provisioned IOPS SSD (io1) volumes', 500_000),
  quotaOf('L-35B31D98', 'IOPS modifications for Provisioned IOPS SSD (io2) volumes', 100_000),
];

function quotaOf(code: string, QuotaName: string, Value: number): SimQuota {
  return { service: 'ebs', code, quota: { QuotaName, Value, Unit: 'None', Adjustable: true } };
}
