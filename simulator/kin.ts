/** The labels by which a controller marks its pods, besides those of the template. */
export const KIN_LABELS = [
  'pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
  'batch.kubernetes.io/controller-uid',
] as const;
