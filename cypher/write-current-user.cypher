// The database user of this connection; empty where authentication is off. → user
SHOW CURRENT USER YIELD user RETURN user
