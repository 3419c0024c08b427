export { NAME, SECTION_NAME, type SecretSource, type SshSettings, TAKEN_NAMES, USER } from './core.ts';
export type { SourceDocument } from './document.ts';
export type { Inventory, InventoryHost, Section, SectionValues } from './inventory.ts';
export { inventoryJsonSchema } from './json-schema.ts';
export { type LoadedInventory, loadInventory, problemsIn } from './load.ts';
export { inventoryPath } from './paths.ts';
export { type SecretForm, SecretName, secretName, secretNamesIn } from './secret-name.ts';
export { selectHosts } from './select.ts';
