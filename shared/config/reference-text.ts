/** The head of `docs/configuration.md`. */
export const INTRODUCTION = `# Configuration

Every option, written from the schema; [config](config.md) is the guide. The file is
[\`paramedic.yaml\`](../paramedic.yaml), packaged with the functions; the first \`paramedic config push\` takes its place.
\`npm run paramedic -- config validate\` names line and column of everything wrong.

- **Text rules.** YAML 1.2, at most 256 KiB. Unknown options, duplicate keys, anchors, aliases, merge keys, tags,
  octal-looking numbers and anything that looks like a secret are errors.
- **Units.** A duration is a whole number and one unit: \`15s\`, \`10m\`, \`1h\`, \`400d\`. A percentage and an account id
  stand in quotes.
- **Merging.** Default < preset < \`global\` and \`troubles\` < the entry of the cluster. Lists are replaced as a whole. Of
  the entries under \`clusters\` exactly one holds: an exact name beats a glob, a glob with more characters (\`*\` left
  out) beats one with fewer, and two of equal weight that can mean the same cluster are an error.
- **Mode.** off < observe < approve < auto. The lowest of \`global.mode\`, \`troubles.<name>.mode\`, \`clusters[].mode\`,
  \`clusters[].troubles.<name>.mode\` and of every window that is open holds: lowering one of them is enough to stop, and
  none can raise another.
- **Approvers.** The nearest level that names groups decides: the trouble of the cluster, the cluster, the trouble,
  \`approvals.approvers\`. An empty list is nobody.
- **Reload.** Functions look again every 60 seconds. A config that is bad or cannot be read leaves the last good one in
  place, with an error in the log, a metric and an alarm; without one Paramedic only observes.

| mode    | what it does                                                          |
| ------- | --------------------------------------------------------------------- |
| off     | nothing; events are recorded                                          |
| observe | decides and reports what it would have done; changes nothing          |
| approve | asks before each step, except gentle ones on a node AWS takes anyway  |
| auto    | runs what is configured                                               |
`;
