import { definePlaybook, directory, file, packages, type Resource, service } from 'provision-swarm';
import { type Item, workOf } from '../work.ts';

export function resourceOf(item: Item): Resource {
  switch (item.kind) {
    case 'file':
      return file({ path: item.path, content: item.content, mode: item.mode });
    case 'directory':
      return directory({ path: item.path, mode: item.mode });
    case 'service':
      return service({ unit: item.unit });
    case 'package':
      return packages({ names: [item.name] });
  }
}

export function playbook(count: number) {
  return definePlaybook({
    name: 'bench',
    facts: {},
    stages: [{ name: 'work', resources: () => workOf(count).map(resourceOf) }],
  });
}
