// Nodes with the ids 1 to count. $count, LABEL
UNWIND range(1, $count) AS id
CREATE (:LABEL {id: id})
