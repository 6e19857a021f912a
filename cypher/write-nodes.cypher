// Nodes by key; those that exist stay as they are.
// LABEL, KEY: checked names; $keys: distinct key values
UNWIND $keys AS key
MERGE (:LABEL {KEY: key})
