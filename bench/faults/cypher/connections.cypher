// Connections of the product to the server. → connections
CALL dbms.listConnections() YIELD userAgent
WHERE userAgent STARTS WITH 'kgmentor'
RETURN count(*) AS connections
