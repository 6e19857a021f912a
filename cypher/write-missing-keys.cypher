// Which of the keys no node has.
// LABEL, KEY: checked names; $keys
// → missing: their positions
UNWIND range(0, size($keys) - 1) AS i
WITH i WHERE NOT EXISTS { (:LABEL {KEY: $keys[i]}) }
RETURN collect(i) AS missing
