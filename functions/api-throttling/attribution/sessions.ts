/**
 * EKS Pod Identity names a session `eks-<cluster>-<pod>-<uuid>`. STS allows 64 characters: EKS was seen to cut both
 * names to ten so that the UUID stays whole (containers-roadmap issue 2362); as the documentation does not say how it
 * cuts, a session that breaks off anywhere is understood as well.
 */
const PREFIX = 'eks-';
const WHOLE = /^eks-(.+-.*)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_SESSION = 64;
const CUT_AT = 10;

/** Named as EKS Pod Identity names sessions. Anybody who may assume a role can choose such a name: it only nominates. */
export function isPodSession(session: string | undefined): session is string {
  return session?.startsWith(PREFIX) === true;
}

/** With its UUID, so that nothing of it is missing but what EKS cuts. */
export function isWhole(session: string): boolean {
  return session.length <= MAX_SESSION && WHOLE.test(session);
}

/**
 * The known clusters whose name the session can begin with, longest first. More than one is an ambiguity: with
 * clusters `prod` and `prod-eu`, the pod of `eks-prod-eu-…` may be one of either.
 */
export function clustersFitting(session: string, clusters: readonly string[]): string[] {
  if (session.length > MAX_SESSION) return [];
  const fits = isWhole(session) ? fitsWhole : fitsBrokenOff;
  return [...new Set(clusters)]
    .filter((name) => name !== '' && fits(session, name))
    .toSorted((left, right) => right.length - left.length || left.localeCompare(right));
}

function fitsWhole(session: string, name: string): boolean {
  const [, names = ''] = WHOLE.exec(session) ?? [];
  return (
    names.startsWith(`${name}-`) || (name.length > CUT_AT && names.startsWith(`${name.slice(0, CUT_AT)}-`))
  );
}

function fitsBrokenOff(session: string, name: string): boolean {
  const start = `${PREFIX}${name}-`;
  return session.startsWith(start) || start.startsWith(session) || fitsCut(session, name);
}

function fitsCut(session: string, name: string): boolean {
  const start = `${PREFIX}${name.slice(0, CUT_AT)}-`;
  return name.length > CUT_AT && (session.startsWith(start) || start.startsWith(session));
}
