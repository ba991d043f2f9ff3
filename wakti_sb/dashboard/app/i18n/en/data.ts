/** The Data tab. */

import { plural } from "../plural.ts";

export const data = {
  title: "Data",
  lead: "Collections are lists that your pages show: products, posts, events.",
  collections: "Collections",
  newCollection: "New collection",
  collectionName: "Name",
  collectionHint:
    "Letters, digits, _ and -. Your site asks for it by this name.",
  collectionInvalid: (most: number) =>
    `Letters, digits, _ and - only, at most ${most}.`,
  collectionTaken: "There is a collection with this name.",
  createCollection: "Create collection",
  emptyTitle: "No collections yet",
  emptyLead:
    "Make one and add its first item, or let your site create it. Fields are learned from what is in it.",
  emptyItemsTitle: "No items yet",
  emptyItemsLead: "Add the first item by hand, or import a CSV or JSON file.",
  nothingTitle: "No results",
  nothingLead: "No item holds these words.",
  items: (count: number) =>
    plural("en", count, { one: "# item", other: "# items" }),
  searchLabel: "Search items",
  searchCollections: "Search collections",
  moreCollections: (count: number) =>
    plural("en", count, {
      one: "and # more: search for it",
      other: "and # more: search for them",
    }),
  addItem: "Add item",
  edit: "Edit",
  editItem: "Edit item",
  editRow: (name: string) => `Edit ${name}`,
  moreFields: (count: number) =>
    plural("en", count, {
      one: "and # more field",
      other: "and # more fields",
    }),
  changed: "Changed",
  order: "Order",
  drag: (name: string) => `Move ${name}: drag, or use the arrow keys`,
  moved: (name: string, place: string) => `${name} moved to place ${place}`,
  addFilter: "Add filter",
  field: "Field",
  compared: "Compared",
  value: "Value",
  operators: {
    is: "is",
    not: "is not",
    has: "contains",
    least: "is at least",
    most: "is at most",
  },
  sortBy: (field: string) => `Sort by ${field}`,
  view: "View",
  dense: "Dense rows",
  print: "Print",
  yes: "Yes",
  no: "No",
  list: (count: number) =>
    plural("en", count, { one: "# entry", other: "# entries" }),
  object: (count: number) =>
    plural("en", count, { one: "# field", other: "# fields" }),
  asForm: "Form",
  asJson: "JSON",
  mode: "Edit as",
  addField: "Add field",
  fieldName: "Field name",
  fieldType: "Type",
  fieldTaken: "There is a field with this name.",
  types: {
    text: "Text",
    number: "Number",
    boolean: "Yes or no",
    array: "List (JSON)",
    object: "Object (JSON)",
  },
  notSet: "Not set",
  noFields: "Add the first field. Later items start with the same fields.",
  invalidNumber: "This is not a number.",
  invalidJson: (reason: string) => `This is not valid JSON: ${reason}`,
  notArray: "This must be a list: [ … ]",
  notObject: "This must be an object: { … }",
  tooLarge: (size: string, most: string) =>
    `The item has ${size}; ${most} is the most.`,
  tooDeep: (levels: number) => `The item is nested more than ${levels} deep.`,
  saved: "Item saved",
  added: "Item added",
  deleted: "Item deleted",
  restored: "Item is back",
  deleteTitle: "Delete this item?",
  deleteLead: "Pages that show this collection will no longer list it.",
  conflictTitle: "Somebody else saved this item",
  conflictLead:
    "It changed while you were editing. Nothing of yours is saved yet.",
  conflictTheirs: "Show their version",
  conflictMine: "Save mine over it",
  goneTitle: "This item was deleted",
  goneLead:
    "Somebody deleted it while you were editing. You can save yours as a new item.",
  saveAsNew: "Save as new item",
  discardTitle: "Discard your changes?",
  discard: "Discard",
  keepEditing: "Keep editing",
  import: "Import",
  importTitle: (name: string) => `Import into ${name}`,
  importLead:
    "A CSV file with a line of field names, or a JSON file with a list of objects.",
  importChoose: "Choose a CSV or JSON file",
  importPreview: (count: number) =>
    plural("en", count, {
      one: "# item found. It looks like this:",
      other: "# items found. The first of them:",
    }),
  importSkipped: (count: number) =>
    plural("en", count, {
      one: "# row is left out:",
      other: "# rows are left out:",
    }),
  importRow: (row: string, reason: string) => `Row ${row}: ${reason}`,
  importRowShape: "it has more values than the first line has names",
  importRowObject: "it is not an object",
  importRowLarge: (most: string) => `it is larger than ${most}`,
  importRowDeep: (levels: number) => `it is nested more than ${levels} deep`,
  importNothing: "There are no rows in this file.",
  importFileLarge: (most: string) =>
    `The file is larger than ${most}. Split it into parts.`,
  importNotText: "This file is not text.",
  importAction: (count: number) =>
    plural("en", count, { one: "Import # item", other: "Import # items" }),
  importing: (done: string, total: string) => `${done} of ${total} imported`,
  imported: (count: number) =>
    plural("en", count, { one: "# item imported", other: "# items imported" }),
  importStopped: (done: string, total: string) =>
    `${done} of ${total} items were imported before this happened.`,
  importUnknown:
    "Others may have arrived without an answer. “Undo import” takes them back as well.",
  importWorkbook:
    "This is an Excel workbook. In Excel, choose “Save as” and “CSV UTF-8”, then import that file.",
  importQuote: (line: string) =>
    `A quote (") that opens in line ${line} is never closed.`,
  importTwice: (name: string) =>
    `Two columns are called “${name}”. Give one of them another name.`,
  importUnnamed: (column: string) =>
    `Column ${column} has values but no name in the first line.`,
  importGuessed: (encoding: string) =>
    `The file does not say how its letters are written. It is read as ${encoding}: look whether the rows below are right.`,
  importUpdate: "Update the items that this file was exported from",
  importedAt: (time: string) => `A file was imported ${time}.`,
  importUndo: "Undo import",
  importUndone: "The import is taken back",
  selectItem: (name: string) => `Select ${name}`,
  selectEvery: (count: number) =>
    plural("en", count, { one: "Select # item", other: "Select all # items" }),
  deleteMany: (count: number) =>
    plural("en", count, {
      one: "Delete this item?",
      other: "Delete # items?",
    }),
  deletedMany: (count: number) =>
    plural("en", count, { one: "Item deleted", other: "# items deleted" }),
  restoredMany: (count: number) =>
    plural("en", count, { one: "Item is back", other: "# items are back" }),
  collectionMenu: (name: string) => `Collection ${name}`,
  rename: "Rename",
  renameTitle: "Rename collection",
  renameHint: (name: string) =>
    `Only you see this name. Your site goes on asking for ${name}.`,
  renamed: "Collection renamed",
  displayName: "Name",
  displayNameMissing: "Give the collection a name.",
  empty: "Delete all items",
  emptyTitleOf: (name: string) => `Delete all items of ${name}?`,
  deleteCollection: "Delete collection",
  deleteCollectionTitle: (name: string) => `Delete ${name}?`,
  deleteCollectionLead:
    "Its items go too, and pages that show them will find none.",
  collectionDeleted: (name: string) => `${name} deleted`,
  collectionRestored: (name: string) => `${name} is back`,
  unsaved: "You have changes that are not saved yet.",
  unsavedNew: "You have a new item that is not saved yet.",
  unsavedOpen: "Go on editing",
  unsavedDrop: "Discard",
  unsavedBack: "Your changes from before are back. They are not saved yet.",
  openLink: "Open",
  chooseImage: "Choose from uploads",
  noImages: "There are no pictures among the uploads yet.",
};
