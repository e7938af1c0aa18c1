module ecrclients

go 1.19
