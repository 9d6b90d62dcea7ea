import type { DaemonSet } from '../../../shared/ports/kubernetes.ts';
import type { Owner } from './numbers.ts';

type Names = Readonly<Record<string, string>>;

const LABELS: Names = {
  'argocd.argoproj.io/instance': 'Argo CD',
  'kustomize.toolkit.fluxcd.io/name': 'Flux',
  'helm.toolkit.fluxcd.io/name': 'Flux',
};
const ANNOTATIONS: Names = {
  'argocd.argoproj.io/tracking-id': 'Argo CD',
  'meta.helm.sh/release-name': 'Helm',
};
/** Field managers of server-side apply: whoever of these owns a field writes it again. */
const MANAGERS: Names = {
  'argocd-controller': 'Argo CD',
  'argocd-application-controller': 'Argo CD',
  'kustomize-controller': 'Flux',
  'helm-controller': 'Flux',
  helm: 'Helm',
  Terraform: 'Terraform',
};
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/**
 * Who decides what aws-node is. `isAddon`: EKS has it as a managed add-on; EKS installs that from a chart, so
 * the label `managed-by: Helm` alone names nobody then. Total: without any sign it is the add-on or self-managed.
 */
export function ownerOf({ metadata }: DaemonSet, isAddon: boolean): Owner {
  const labels = metadata?.labels ?? {};
  const managers = (metadata?.managedFields ?? []).flatMap(({ manager }) => manager ?? []);
  const sign =
    signIn('label', Object.keys(labels), LABELS) ??
    signIn('annotation', Object.keys(metadata?.annotations ?? {}), ANNOTATIONS) ??
    signIn('field manager', managers, MANAGERS) ??
    (isAddon ? undefined : labelled(labels[MANAGED_BY]));
  return sign ?? { kind: isAddon ? 'eks-addon' : 'self-managed' };
}

function signIn(kind: string, found: readonly string[], signs: Names): Owner | undefined {
  const name = found.find((each) => Object.hasOwn(signs, each));
  const by = name === undefined ? undefined : signs[name];
  return by === undefined ? undefined : { kind: 'declared', by, evidence: `${kind} ${name}` };
}

/** A label value has at most 63 letters, digits, `-`, `_` and `.`: safe to show. */
function labelled(value: string | undefined): Owner | undefined {
  if (value === undefined || !/^[\w.-]{1,63}$/.test(value)) return undefined;
  return { kind: 'declared', by: value, evidence: `label ${MANAGED_BY}` };
}
