/** EKS issues tokens from two hosts, the second for dual-stack clusters; the id after them is the cluster's own. */
const ISSUER =
  /^(?:oidc\.eks\.([a-z0-9-]{1,30})\.amazonaws\.com(?:\.cn)?|oidc-eks\.([a-z0-9-]{1,30})\.api\.aws)\/id\/([A-Za-z0-9]{8,64})$/;
const PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/(.{1,300})$/;

/** `region/ID` of an EKS cluster's issuer URL (DescribeCluster `identity.oidc.issuer`). */
export function issuerId(url: string): string | undefined {
  return idOf(url.replace(/^https:\/\//, ''));
}

/** The same of a session's `federatedProvider`; undefined for every other identity provider. */
export function providerId(arn: string): string | undefined {
  const [, issuer] = PROVIDER.exec(arn) ?? [];
  return issuer === undefined ? undefined : idOf(issuer);
}

function idOf(issuer: string): string | undefined {
  const [, region, dualStackRegion, id] = ISSUER.exec(issuer) ?? [];
  return id === undefined ? undefined : `${region ?? dualStackRegion}/${id}`;
}
