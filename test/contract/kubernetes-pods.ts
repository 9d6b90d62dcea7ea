import type { Kubernetes, Pod } from '../../shared/ports/kubernetes.ts';
import { REMEDIATE, type SetStage, type Setting, type Stage } from './kubernetes-stage.ts';

export const GRACE = { graceSeconds: 30 };

/** The pods of a stage, and what the cases ask of them. */
export interface PodScene {
  stage: Stage;
  kubernetes: Kubernetes;
  /** As they were when the stage was set. */
  pods: Pod[];
  list(): Promise<Pod[]>;
  /** The same pod as it is now. */
  find(pod: Pod | undefined): Promise<Pod | undefined>;
  isGone(pod: Pod | undefined): Promise<boolean>;
}

export type SetUpPods = (setting: Setting) => Promise<PodScene>;

export function podScene(setStage: SetStage): SetUpPods {
  return async (setting) => {
    const stage = await setStage(setting);
    const kubernetes = await stage.as(REMEDIATE['node-interruption']);
    const list = () => kubernetes.listPods({ namespace: stage.namespace });
    const find = async (pod: Pod | undefined) =>
      (await list()).find(({ metadata }) => metadata?.uid === pod?.metadata?.uid);
    const isGone = async (pod: Pod | undefined) => (await find(pod)) === undefined;
    return { stage, kubernetes, pods: await list(), list, find, isGone };
  };
}
