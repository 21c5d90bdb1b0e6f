\echo Use "CREATE EXTENSION tickbook" to load this file. \quit

