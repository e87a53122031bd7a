import http from 'node:http'
const agent=new http.Agent({keepAlive:true,maxSockets:1})
const one=(port)=>new Promise((r,j)=>{const t=process.hrtime.bigint();http.get({port,host:'127.0.0.1',agent},a=>{a.resume();a.on('end',()=>r(Number(process.hrtime.bigint()-t)/1e6))}).on('error',j)})
const [d,p]=process.argv.slice(2).map(Number);const D=[],P=[]
for(let i=0;i<6000;i++){const a=await one(d),b=await one(p);if(i>1000){D.push(a);P.push(b)}}
const q=(x,f)=>x.sort((a,b)=>a-b)[Math.floor(x.length*f)].toFixed(3)
console.log('direct p50',q(D,.5),'p99',q(D,.99),'via p50',q(P,.5),'p99',q(P,.99))
